// Shows the toasts; screen readers hear each one.
import { useEffect, useRef } from "preact/hooks";
import { usePage } from "../page";
import type { Toast } from "../toasts";
import { Icon } from "./icon";

export function ToastList() {
  const { toasts } = usePage();
  const ref = useRef<HTMLDivElement>(null);
  const count = toasts.list.value.length;
  useEffect(() => {
    // In the top layer anew each time: otherwise it would lie behind a dialog that opened later.
    const list = ref.current;
    if (list === null || typeof list.showPopover !== "function") return;
    if (list.matches(":popover-open")) list.hidePopover();
    if (count > 0) list.showPopover();
  }, [count]);
  return (
    <div ref={ref} class="toasts" popover="manual" role="status" aria-live="polite">
      {toasts.list.value.map((toast) => (
        <ToastItem key={toast.id} toast={toast} />
      ))}
    </div>
  );
}

function ToastItem({ toast }: { toast: Toast }) {
  const { toasts } = usePage();
  const { undo } = toast;
  return (
    <div
      class={`toast ${toast.tone}`}
      onPointerEnter={() => toasts.hold(toast)}
      onPointerLeave={() => toasts.resume(toast)}
      onFocusIn={() => toasts.hold(toast)}
      onFocusOut={() => toasts.resume(toast)}
    >
      <span>{toast.text}</span>
      {undo === null ? null : (
        <button
          type="button"
          class="button small undo"
          onClick={() => {
            toasts.dismiss(toast.id);
            undo();
          }}
        >
          Undo
        </button>
      )}
      <button
        type="button"
        class="button small icon-only"
        aria-label="Dismiss"
        onClick={() => toasts.dismiss(toast.id)}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}
