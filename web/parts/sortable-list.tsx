// A list in an order of its own: dragged by its handles, or moved with the arrow keys while a handle has the focus.
import { useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { Icon } from "./icon";

export interface SortableListProps {
  label: string;
  class?: string;
  itemClass?: string | ((id: string) => string);
  ids: readonly string[];
  nameOf: (id: string) => string;
  /** Draws an item around its handle. */
  children: (id: string, handle: JSX.Element, index: number) => ComponentChildren;
  /** Called once the person has settled on another order. */
  onOrder: (ids: string[]) => void;
  disabled?: boolean;
}

/** Several presses in a row are one change. */
const settleMs = 600;

export function SortableList(props: SortableListProps) {
  const { ids, nameOf, onOrder } = props;
  /** What is shown while it is moved and until the new order comes back as `ids`. */
  const moved = useSignal<string[] | null>(null);
  const held = useSignal<string | null>(null);
  const said = useSignal("");
  const list = useRef<HTMLOListElement>(null);
  const focused = useRef<string | null>(null);
  const timer = useRef<number | null>(null);
  const onOrderNow = useRef(onOrder);
  onOrderNow.current = onOrder;
  const known = new Set(ids);
  const isMoving = moved.value !== null;
  // Keys may come and go while one is held.
  const shown = isMoving
    ? [
        ...(moved.value ?? []).filter((id) => known.has(id)),
        ...ids.filter((id) => !moved.value?.includes(id)),
      ]
    : ids;

  const settle = () => {
    if (timer.current !== null) window.clearTimeout(timer.current);
    timer.current = null;
    const order = moved.peek();
    moved.value = null;
    if (order !== null && order.join("\n") !== ids.join("\n")) onOrderNow.current(order);
  };
  const settleNow = useRef(settle);
  settleNow.current = settle;
  useEffect(
    () => () => {
      // Half a drag is no decision.
      if (held.peek() === null) settleNow.current();
    },
    [held],
  );
  useLayoutEffect(() => {
    // Moving an element takes the focus from it; a person who went elsewhere meanwhile stays there.
    if (focused.current !== null && document.activeElement === document.body)
      handleOf(list.current, focused.current)?.focus();
  });

  const place = (id: string, index: number) => {
    const order = shown.filter((one) => one !== id);
    order.splice(Math.max(0, Math.min(order.length, index)), 0, id);
    if (order.join("\n") === shown.join("\n")) return;
    moved.value = order;
    said.value = `${nameOf(id)}, position ${order.indexOf(id) + 1} of ${order.length}`;
  };
  const press = (event: KeyboardEvent, id: string) => {
    if (event.key === "Escape" && isMoving) {
      if (timer.current !== null) window.clearTimeout(timer.current);
      moved.value = null;
      said.value = "Back in the old order";
      event.stopPropagation();
      return;
    }
    if (event.key === "Enter" && isMoving) {
      event.preventDefault();
      settle();
      return;
    }
    const index = targetOf(event.key, shown.indexOf(id), shown.length);
    if (index === null) return;
    event.preventDefault();
    focused.current = id;
    place(id, index);
    if (timer.current !== null) window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => settleNow.current(), settleMs);
  };

  // Read anew at each move of the pointer: the list is drawn again under it.
  const placeNow = useRef(place);
  placeNow.current = place;
  const grab = (event: PointerEvent, id: string) => {
    if (event.button !== 0 || props.disabled) return;
    // Keeps text from being selected; the focus is given by hand.
    event.preventDefault();
    handleOf(list.current, id)?.focus();
    held.value = id;
    moved.value = [...shown];
    const move = ({ clientX, clientY }: PointerEvent) => {
      const index = indexAt(list.current, id, clientX, clientY);
      if (index !== null) placeNow.current(id, index);
    };
    const drop = (end: Event) => {
      stop();
      if (end.type === "pointerup") settleNow.current();
      else moved.value = null;
    };
    const giveUp = (key: KeyboardEvent) => {
      if (key.key === "Escape") drop(key);
    };
    const stop = () => {
      held.value = null;
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", drop);
      window.removeEventListener("pointercancel", drop);
      window.removeEventListener("keydown", giveUp, true);
    };
    focused.current = id;
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", drop);
    window.addEventListener("pointercancel", drop);
    window.addEventListener("keydown", giveUp, true);
  };

  return (
    <>
      <ol ref={list} class={`sortable ${props.class ?? ""}`} aria-label={props.label}>
        {shown.map((id, index) => (
          <li
            key={id}
            data-id={id}
            class={`${typeof props.itemClass === "function" ? props.itemClass(id) : (props.itemClass ?? "")}${held.value === id ? " held" : ""}`}
          >
            {props.children(
              id,
              <button
                type="button"
                class="handle"
                aria-label={`Move ${nameOf(id)}, position ${index + 1} of ${shown.length}`}
                title="Drag, or use the arrow keys"
                disabled={props.disabled || shown.length < 2}
                onPointerDown={(event) => grab(event, id)}
                onKeyDown={(event) => press(event, id)}
                onBlur={({ relatedTarget }) => {
                  if (moved.peek() === null || relatedTarget !== null) focused.current = null;
                }}
              >
                <Icon name="drag" />
              </button>,
              index,
            )}
          </li>
        ))}
      </ol>
      <span class="hidden-visually" role="status">
        {said}
      </span>
    </>
  );
}

function handleOf(list: HTMLElement | null, id: string): HTMLElement | null {
  const item = [...(list?.children ?? [])].find((one) => one instanceof HTMLElement && one.dataset.id === id);
  return item?.querySelector<HTMLElement>(".handle") ?? null;
}

/** How many of the others lie before the pointer: by rows, and within a row from left to right. */
function indexAt(list: HTMLElement | null, id: string, x: number, y: number): number | null {
  if (list === null) return null;
  const others = [...list.children].filter((one) => one instanceof HTMLElement && one.dataset.id !== id);
  return others.filter((one) => {
    const box = one.getBoundingClientRect();
    const isRow = getComputedStyle(list).flexDirection === "row" && getComputedStyle(list).display === "flex";
    if (!isRow) return box.top + box.height / 2 < y;
    return box.bottom < y || (box.top < y && box.left + box.width / 2 < x);
  }).length;
}

/** Where a key moves an item to; null: it does not move it. */
function targetOf(key: string, index: number, count: number): number | null {
  switch (key) {
    case "ArrowUp":
    case "ArrowLeft":
      return index - 1;
    case "ArrowDown":
    case "ArrowRight":
      return index + 1;
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return null;
  }
}
