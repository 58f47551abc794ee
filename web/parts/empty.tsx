// Nothing there yet: why, and what to do.
import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icon";

export interface EmptyProps {
  icon: IconName;
  title: string;
  children?: ComponentChildren;
}

export function Empty({ icon, title, children }: EmptyProps) {
  return (
    <div class="empty">
      <Icon name={icon} />
      <strong>{title}</strong>
      {children}
    </div>
  );
}
