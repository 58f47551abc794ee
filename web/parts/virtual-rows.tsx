// Rows of one height in a scroller of its own: only those in sight are in the document, however many there are.
import { useComputed, useSignal } from "@preact/signals";
import type { ComponentChildren, RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";
import { visibleRange } from "../requests/request-list";

export interface VirtualRowsProps<Item> {
  items: readonly Item[];
  rowHeight: number;
  scroller: RefObject<HTMLElement | null>;
  /** Must give its element a key. */
  renderRow: (item: Item, index: number) => ComponentChildren;
  /** The end comes into sight. */
  onEnd: () => void;
}

export function VirtualRows<Item>({ items, rowHeight, scroller, renderRow, onEnd }: VirtualRowsProps<Item>) {
  const scrollTop = useSignal(0);
  const height = useSignal(0);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const read = () => {
      // In steps of a row: scrolling within one draws nothing.
      scrollTop.value = Math.floor(element.scrollTop / rowHeight) * rowHeight;
    };
    read();
    height.value = element.clientHeight;
    const observer = new ResizeObserver(() => {
      height.value = element.clientHeight;
    });
    observer.observe(element);
    element.addEventListener("scroll", read, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", read);
    };
  }, [scroller, rowHeight, scrollTop, height]);
  const viewport = useComputed(() => `${scrollTop.value} ${height.value}`);
  const [top = 0, shown = 0] = viewport.value.split(" ").map(Number);
  const { from, until } = visibleRange(items.length, rowHeight, top, shown);
  useLayoutEffect(() => {
    if (shown > 0 && until >= items.length) onEnd();
  }, [until, items.length, shown, onEnd]);
  return (
    <div role="presentation" style={{ height: `${items.length * rowHeight}px` }}>
      <div role="presentation" style={{ transform: `translateY(${from * rowHeight}px)` }}>
        {items.slice(from, until).map((item, index) => renderRow(item, from + index))}
      </div>
    </div>
  );
}
