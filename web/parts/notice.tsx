// Something that wants a person's eye, with what to do about it.
import type { ComponentChildren } from "preact";
import { Icon } from "./icon";

export interface NoticeProps {
  severity: "info" | "warn" | "error";
  title: ComponentChildren;
  children?: ComponentChildren;
  action?: ComponentChildren;
}

export function Notice({ severity, title, children, action }: NoticeProps) {
  return (
    <div class={`notice ${severity}`} role={severity === "error" ? "alert" : "note"}>
      <Icon name={severity === "info" ? "info" : "warn"} />
      <div>
        <strong>{title}</strong>
        {children === undefined ? null : <div class="remedy">{children}</div>}
      </div>
      {action}
    </div>
  );
}
