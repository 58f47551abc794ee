// How times, money, tokens and names are written on the page. Pure: "now" comes in as an argument.

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** Time left, counted in seconds up to a day: `42 s`, `4:05`, `2:04:05`, `5 d 3 h`. Nothing left: `now`. */
export function formatCountdown(ms: number): string {
  if (ms <= 0) return "now";
  const seconds = Math.ceil(ms / second);
  if (seconds < 60) return `${seconds} s`;
  if (ms >= day) return `${Math.floor(ms / day)} d ${Math.floor((ms % day) / hour)} h`;
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(rest)}` : `${minutes}:${pad(rest)}`;
}

/** The same for a screen reader: `4 minutes 5 seconds`. */
export function speakDuration(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / second));
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), "day"],
    [Math.floor(seconds / 3600) % 24, "hour"],
    [Math.floor(seconds / 60) % 60, "minute"],
    [seconds % 60, "second"],
  ];
  const said = parts.filter(([count]) => count > 0).map(([count, unit]) => plural(count, unit));
  return said.length === 0 ? "now" : said.slice(0, 2).join(" ");
}

/** Local clock time to the second, with the day where it is not today's: `14:32:10`, `Thu 14:32`, `26 Nov 14:32`. */
export function formatClock(at: number, now: number): string {
  const date = new Date(at);
  const time = `${pad(date.getHours())}:${pad(date.getMinutes())}`;
  if (date.toDateString() === new Date(now).toDateString()) return `${time}:${pad(date.getSeconds())}`;
  if (Math.abs(at - now) < 6 * day) return `${weekdays[date.getDay()]} ${time}`;
  return `${formatDay(at)} ${time}`;
}

/** Hours and minutes, for axes. */
export function formatHour(at: number): string {
  const date = new Date(at);
  return `${pad(date.getHours())}:${pad(date.getMinutes())}`;
}

/** `26 Nov`. */
export function formatDay(at: number): string {
  const date = new Date(at);
  return `${date.getDate()} ${months[date.getMonth()]}`;
}

/** How long ago: `just now`, `12 s ago`, `4 min ago`, `3 h ago`, `2 d ago`. */
export function formatAgo(ms: number): string {
  if (ms < 2 * second) return "just now";
  if (ms < minute) return `${Math.floor(ms / second)} s ago`;
  if (ms < hour) return `${Math.floor(ms / minute)} min ago`;
  if (ms < 2 * day) return `${Math.floor(ms / hour)} h ago`;
  return `${Math.floor(ms / day)} d ago`;
}

/** A measured duration: `840 ms`, `4.2 s`, `1 min 05 s`, `2 h 10 min`. */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < minute) return `${(ms / second).toFixed(ms < 9950 ? 1 : 0)} s`;
  if (ms < hour) return `${Math.floor(ms / minute)} min ${pad(Math.floor((ms % minute) / second))} s`;
  return `${Math.floor(ms / hour)} h ${pad(Math.floor((ms % hour) / minute))} min`;
}

/** US dollars: `$0.00`, `$0.0042`, `$1.27`, `$1,204`. Small sums keep two digits that say something. */
export function formatMoney(dollars: number): string {
  const size = Math.abs(dollars);
  const sign = dollars < 0 ? "-" : "";
  if (size === 0) return "$0.00";
  if (size < 0.00005) return `${sign}<$0.0001`;
  if (size < 0.995) return `${sign}$${size.toFixed(size < 0.0995 ? 4 : 2)}`;
  return `${sign}$${size < 999.5 ? size.toFixed(2) : formatCount(size)}`;
}

/** Tokens and bytes in few characters: `812`, `12.4k`, `3.1M`. */
export function formatShort(count: number): string {
  if (count < 1000) return String(Math.round(count));
  if (count < 999_500) return `${trim(count / 1000)}k`;
  if (count < 999_500_000) return `${trim(count / 1e6)}M`;
  return `${trim(count / 1e9)}B`;
}

/** With separators: `12,480`. */
export function formatCount(count: number): string {
  return Math.round(count).toLocaleString("en-US");
}

/** A part of a whole, 0..1: `0 %`, `<1 %`, `94 %`, `>99 %`. Only what is all is called 100 %. */
export function formatShare(share: number): string {
  if (share <= 0 || Number.isNaN(share)) return "0 %";
  if (share >= 1) return "100 %";
  if (share < 0.01) return "<1 %";
  return share > 0.99 ? ">99 %" : `${Math.round(share * 100)} %`;
}

/** `1 key`, `3 keys`. */
export function plural(count: number, noun: string, many = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : many}`;
}

/** `A`, `A and B`, `A, B and 3 more`. */
export function listNames(names: readonly string[]): string {
  if (names.length <= 1) return names.join("");
  if (names.length > 3) return `${names.slice(0, 2).join(", ")} and ${names.length - 2} more`;
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

function trim(value: number): string {
  return value.toFixed(value < 9.95 ? 1 : 0).replace(/\.0$/, "");
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}

const weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
