// Goes round light, dark and system.
import { usePage } from "../page";
import { Icon } from "./icon";

export function ThemeButton() {
  const { theme } = usePage();
  const choice = theme.choice.value;
  return (
    <button
      type="button"
      class="button plain small icon-only"
      aria-label={`Colours: ${choice}. Change`}
      title={`Colours: ${choice}`}
      onClick={() => theme.cycle()}
    >
      <Icon name={choice} />
    </button>
  );
}
