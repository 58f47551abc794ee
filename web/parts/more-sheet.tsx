// On phones: the views that have no place in the bar.
import { usePage } from "../page";
import { viewTitles } from "../router";
import { Dialog } from "./dialog";
import { Icon } from "./icon";
import { ViewLink } from "./view-link";

export function MoreSheet() {
  const page = usePage();
  const close = () => {
    page.overlay.value = null;
  };
  return (
    <Dialog title="More" onClose={close}>
      <nav class="more-links" aria-label="More views">
        {(["usage", "setup", "logs"] as const).map((name) => (
          <ViewLink key={name} view={name} onOpen={close} current={page.router.view.value === name}>
            <Icon name={name} />
            {viewTitles[name]}
          </ViewLink>
        ))}
      </nav>
    </Dialog>
  );
}
