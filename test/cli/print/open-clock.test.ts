// The clock that asks the system for its zone says what JavaScript's own clock says, through every change of the hour.
import { expect, test } from "bun:test";
import { join } from "node:path";

const folder = join(import.meta.dir, "..", "..", "..", "src", "cli", "print");
/** Every 7 hours of two years, read by both in the zone of the process. */
const compare = `
  const { openClock } = await import(${JSON.stringify(join(folder, "open-clock.ts"))});
  const { formatClock } = await import(${JSON.stringify(join(folder, "times.ts"))});
  let now = 0;
  const clock = openClock(() => now);
  const wrong = [];
  for (let at = Date.UTC(2025, 0, 1, 0, 0, 1, 500); at < Date.UTC(2027, 0, 1); at += 7 * 3_600_000) {
    for (const later of [0, 20 * 3_600_000, 240 * 3_600_000]) {
      now = at + later;
      if (clock(at) !== formatClock(at, now)) wrong.push([at, later, clock(at), formatClock(at, now)]);
    }
  }
  console.log(JSON.stringify({ wrong, zone: new Date(Date.UTC(2025, 6, 1)).getTimezoneOffset() }));`;

test.each([
  ["UTC", 0],
  ["Europe/Berlin", -120],
  ["America/New_York", 240],
  ["Asia/Kathmandu", -345],
  ["Australia/Lord_Howe", -630],
  ["Pacific/Apia", -780],
])("in %s", async (zone, offset) => {
  const child = Bun.spawn([process.execPath, "-e", compare], {
    env: { PATH: process.env.PATH ?? "", TZ: zone },
  });
  expect(await new Response(child.stdout).json()).toEqual({ wrong: [], zone: offset });
});
