// The page's icons: strokes on a 16 px grid, always beside or instead of words that say the same.
const paths = {
  now: "M1.5 8.5h3l2-5 3 9 2-4h3",
  requests: "M2 4h12M2 8h12M2 12h7",
  keys: "M9.5 6.5a3.5 3.5 0 1 0-2.6 3.4L8 11h2v2h2v1.5h2.5V12L9.4 7.5a3.5 3.5 0 0 0 .1-1ZM5.5 5.5h.01",
  fallback: "M4 2v5a3 3 0 0 0 3 3h6M10.5 7.5 13 10l-2.5 2.5M4 7v7",
  usage: "M2 13.5h12M4 13.5v-4M8 13.5v-10M12 13.5v-7",
  setup: "M5.5 1.5V5M10.5 1.5V5M3.5 5h9v2.5a4.5 4.5 0 0 1-9 0ZM8 12v2.5",
  logs: "m2.5 4 3.5 4-3.5 4M8 12.5h5.5",
  copy: "M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8Z",
  check: "m3 8.5 3.5 3.5L13 4.5",
  close: "m4 4 8 8m0-8-8 8",
  search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10Zm3.5-1.5L14 14",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  play: "M4.5 3v10l8-5Z",
  retry: "M13.5 8A5.5 5.5 0 1 1 8 2.5c2 0 3.5 1 4.5 2.5M12.8 1.8V5H9.6",
  system: "M2 3h12v8H2ZM6 14h4",
  light:
    "M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.4 3.4l.7.7M11.9 11.9l.7.7M3.4 12.6l.7-.7M11.9 4.1l.7-.7",
  dark: "M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7Z",
  more: "M3 8h.01M8 8h.01M13 8h.01",
  warn: "M8 2 1.5 13.5h13ZM8 6.5v3M8 11.5h.01",
  info: "M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM8 7.5v3.5M8 5h.01",
  help: "M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM6.2 6.2a1.8 1.8 0 1 1 2.6 1.7c-.5.3-.8.6-.8 1.1M8 11.3h.01",
  next: "m6 3.5 4.5 4.5L6 12.5",
  down: "m3.5 6 4.5 4.5L12.5 6",
  up: "M3.5 10 8 5.5l4.5 4.5",
  drag: "M6 3.5h.01M10 3.5h.01M6 8h.01M10 8h.01M6 12.5h.01M10 12.5h.01",
  add: "M8 3v10M3 8h10",
  remove: "M2.5 4.5h11M6 4.5v-2h4v2M4 4.5l.7 9h6.6l.7-9",
  test: "M6 2h4M6.8 2v4L3 13a.9.9 0 0 0 .8 1.3h8.4A.9.9 0 0 0 13 13L9.2 6V2M4.6 10h6.8",
  edit: "m2.5 13.5.5-3 8-8 2.5 2.5-8 8Z",
  download: "M8 2v8M4.5 7 8 10.5 11.5 7M2.5 13.5h11",
  link: "M6.5 9.5l3-3M7 4.5l1.8-1.8a3.2 3.2 0 0 1 4.5 4.5L11.5 9M9 11.5l-1.8 1.8a3.2 3.2 0 0 1-4.5-4.5L4.5 7",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
