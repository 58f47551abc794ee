// A link to a view of the page: without a reload, and like any link with a modifier key.
import type { ComponentChildren } from "preact";
import { usePage } from "../page";
import { hrefOf, type ViewName } from "../router";

export interface ViewLinkProps {
  view: ViewName;
  query?: Record<string, string | null>;
  class?: string;
  children: ComponentChildren;
  /** Called before the view opens. */
  onOpen?: () => void;
  current?: boolean;
  title?: string;
}

export function ViewLink({ view, query, class: className, children, onOpen, current, title }: ViewLinkProps) {
  const { router } = usePage();
  const href = hrefOf(view, query);
  return (
    <a
      href={href}
      class={className}
      title={title}
      aria-current={current ? "page" : undefined}
      onClick={(event) => {
        if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        onOpen?.();
        router.open(href);
      }}
    >
      {children}
    </a>
  );
}
