// The view "Keys".

export function KeysView() {
  return (
    <div class="view">
      <div class="view-head">
        <h1>Keys</h1>
      </div>
    </div>
  );
}
