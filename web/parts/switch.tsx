// A setting that is on or off.
export interface SwitchProps {
  label: string;
  checked: boolean;
  disabled?: boolean;
  id?: string;
  onChange: (checked: boolean) => void;
}

export function Switch({ label, checked, disabled, id, onChange }: SwitchProps) {
  return (
    <button
      id={id}
      type="button"
      class="switch"
      role="switch"
      aria-checked={checked}
      aria-label={label}
      disabled={disabled}
      onClick={() => onChange(!checked)}
    />
  );
}
