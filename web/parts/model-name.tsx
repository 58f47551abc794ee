// The model that was asked for and, where it is another one, the model that served.
export function ModelName({ asked, served }: { asked: string; served: string | null }) {
  if (served === null || served === asked) return <span class="model">{shortModel(asked)}</span>;
  return (
    <span class="model" title={`${asked} → ${served}`}>
      <s>{shortModel(asked)}</s> {shortModel(served)}
    </span>
  );
}

/** Without what all of them share. */
export function shortModel(name: string): string {
  return name.replace(/^claude-/, "").replace(/-\d{8}$/, "");
}
