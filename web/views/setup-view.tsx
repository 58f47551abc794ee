// The view "Setup".

export function SetupView() {
  return (
    <div class="view">
      <div class="view-head">
        <h1>Setup</h1>
      </div>
    </div>
  );
}
