// A dialog that is one form: fields, what went wrong as a whole, and the buttons to send or leave it.
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { ConfigBanner, useIsLocked } from "./config-banner";
import { Dialog } from "./dialog";

export interface FormDialogProps {
  title: string;
  /** What the button that sends it says. */
  action: string;
  busy?: boolean;
  /** It cannot be sent as it is. */
  incomplete?: boolean;
  /** Why it was refused as a whole. */
  failure?: string | null | undefined;
  /** Stands before the buttons. */
  aside?: ComponentChildren;
  onClose: () => void;
  onSend: () => void;
  children: ComponentChildren;
}

export function FormDialog(props: FormDialogProps) {
  const { title, action, busy = false, incomplete = false, failure = null, aside, onClose, onSend } = props;
  const id = useId();
  const cannot = useIsLocked() || busy || incomplete;
  return (
    <Dialog
      title={title}
      onClose={onClose}
      foot={
        <>
          {aside}
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" form={id} class="button primary" disabled={cannot}>
            {action}
          </button>
        </>
      }
    >
      <form
        id={id}
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (!cannot) onSend();
        }}
      >
        <ConfigBanner />
        {props.children}
        {failure === null ? null : (
          <p class="wrong" role="alert">
            {failure}
          </p>
        )}
      </form>
    </Dialog>
  );
}
