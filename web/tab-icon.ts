// Title and icon of the browser's tab: its colour and shape say how things stand while another tab is open.
import type { Tone } from "./headline";

const fills: Record<Tone | "gone", string> = {
  ok: "#1a9c63",
  idle: "#7b838b",
  degraded: "#d18f1f",
  down: "#d8453a",
  gone: "#7b838b",
};
/** Shapes differ too: colour alone says nothing to some. */
const shapes: Record<Tone | "gone", string> = {
  ok: "M4 5.5h8M4 8h5M4 10.5h7",
  idle: "M4 8h8",
  degraded: "M4 5.5h8M4 8h3m2 0h3M4 10.5h7",
  down: "M5 5l6 6m0-6l-6 6",
  gone: "M4.5 11.5l7-7",
};

export function showTabState(target: Document, title: string, tone: Tone | "gone"): void {
  if (target.title !== title) target.title = title;
  const link = target.querySelector<HTMLLinkElement>('link[rel="icon"]');
  if (link === null || link.dataset.tone === tone) return;
  link.dataset.tone = tone;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" fill="${fills[tone]}"/><path d="${shapes[tone]}" stroke="#fff" stroke-width="1.6" stroke-linecap="round"/></svg>`;
  link.href = `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
