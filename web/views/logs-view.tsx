// The view "Logs".

export function LogsView() {
  return (
    <div class="view">
      <div class="view-head">
        <h1>Logs</h1>
      </div>
    </div>
  );
}
