// Switches the keeping of bodies on and off; what that means stands beside it.
import { useComputed } from "@preact/signals";
import { wordsOf } from "../../api";
import { usePage } from "../../page";

export function CaptureSwitch() {
  const page = usePage();
  const capture = useComputed(() => page.model.value?.capture ?? null);
  if (capture.value === null) return null;
  const { on, held, capacity } = capture.value;
  const set = async () => {
    show(!on);
    try {
      await page.api.call("/capture", { method: "PUT", body: { on: !on } });
      if (!on) page.toasts.show(`Keeping the bodies of the last ${capacity} requests, in memory only.`);
    } catch (error) {
      show(on);
      page.toasts.show(wordsOf(error), { tone: "error" });
    }
  };
  const show = (next: boolean) => {
    const model = page.model.peek();
    if (model !== null) page.model.value = { ...model, capture: { ...model.capture, on: next } };
  };
  return (
    <div class="capture-switch">
      <span id="capture-words">
        Keep bodies
        <span class="quiet">{on ? ` · ${held} of ${capacity} held, in memory only` : " · off"}</span>
      </span>
      <button
        type="button"
        class="switch"
        role="switch"
        aria-checked={on}
        aria-labelledby="capture-words"
        onClick={set}
      />
    </div>
  );
}
