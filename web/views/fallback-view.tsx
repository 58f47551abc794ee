// The view "Fallback".

export function FallbackView() {
  return (
    <div class="view">
      <div class="view-head">
        <h1>Fallback</h1>
      </div>
    </div>
  );
}
