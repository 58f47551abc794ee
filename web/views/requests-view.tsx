// The view "Requests".

export function RequestsView() {
  return (
    <div class="view">
      <div class="view-head">
        <h1>Requests</h1>
      </div>
    </div>
  );
}
