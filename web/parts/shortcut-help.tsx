// Every shortcut that works now, and the switch that turns them off.
import { Fragment } from "preact";
import { usePage } from "../page";
import { Dialog } from "./dialog";

export function ShortcutHelp() {
  const page = usePage();
  const { keyboard } = page;
  const close = () => {
    page.overlay.value = null;
  };
  const enabled = keyboard.enabled.value;
  return (
    <Dialog title="Keyboard shortcuts" onClose={close}>
      <dl class="shortcuts">
        {keyboard.shortcuts.value.map(({ keys, words }) => (
          <Fragment key={keys}>
            <dt>
              {keys.split(" ").map((key) => (
                <kbd key={key} class="key-cap">
                  {key}
                </kbd>
              ))}
            </dt>
            <dd>{words}</dd>
          </Fragment>
        ))}
        <dt>
          <button
            type="button"
            class="switch"
            role="switch"
            aria-checked={enabled}
            aria-label="Shortcuts"
            onClick={() => keyboard.setEnabled(!enabled)}
          />
        </dt>
        <dd>Shortcuts are {enabled ? "on" : "off"} in this browser</dd>
      </dl>
    </Dialog>
  );
}
