// The view "Usage".

export function UsageView() {
  return (
    <div class="view">
      <div class="view-head">
        <h1>Usage</h1>
      </div>
    </div>
  );
}
