// Tells a plateau from a leak, given readings in equal intervals.
import { spread } from "../bench/statistics";

export interface Reading {
  minutes: number;
  rssMb: number;
  sockets: number;
  files: number;
}

const rssFactor = 1.25;
const rssSlackMb = 15;
const filesFactor = 1.5;
const filesSlack = 20;
/** Too few of them say nothing. */
const fewest = 8;

/** What grew between the second quarter of the time and the last one, in words; the first quarter is for warming up. */
export function findGrowth(readings: readonly Reading[]): string[] {
  if (readings.length < fewest) return [];
  const quarter = Math.floor(readings.length / 4);
  const early = readings.slice(quarter, 2 * quarter);
  const late = readings.slice(-quarter);
  const compare = (name: string, of: (reading: Reading) => number, factor: number, slack: number) => {
    const before = spread(early.map(of)).median;
    const after = spread(late.map(of)).median;
    return after > before * factor + slack
      ? [`${name} grew from ${before.toFixed(0)} to ${after.toFixed(0)}`]
      : [];
  };
  return [
    ...compare("memory (MB)", ({ rssMb }) => rssMb, rssFactor, rssSlackMb),
    ...compare("open sockets", ({ sockets }) => sockets, filesFactor, filesSlack),
    ...compare("open files", ({ files }) => files, filesFactor, filesSlack),
  ];
}
