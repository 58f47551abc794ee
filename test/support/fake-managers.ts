// Stand-ins for systemctl, loginctl and launchctl: they keep their state in a folder, log every call, and start what a unit names.
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

export interface FakeManagers {
  /** For PATH. */
  readonly bin: string;
  /** Every call so far, one a line: `systemctl --user daemon-reload`. */
  calls(): Promise<string[]>;
  /** `no-session`: nobody to talk to. `refuse`: enabling fails. `linger-off`: loginctl says so. `switched-off`: disabled by hand. */
  set(state: State): Promise<void>;
  clear(state: State): Promise<void>;
  /** Ends what the fake has started. */
  end(): Promise<void>;
}

export type State = "no-session" | "refuse" | "linger-off" | "switched-off";

const systemctl = `#!/bin/sh
echo "systemctl $*" >> "$FAKE/calls"
[ -f "$FAKE/no-session" ] && { echo "Failed to connect to bus: No medium found" >&2; exit 1; }
shift
command=$1
pid=$(cat "$FAKE/pid" 2>/dev/null)
unit_folder="\${XDG_CONFIG_HOME:-$HOME/.config}/systemd/user"
start() {
  unit="$unit_folder/$(ls "$unit_folder" | head -1)"
  program=$(sed -n 's/^ExecStart="\\(.*\\)" start$/\\1/p' "$unit")
  home=$(sed -n 's/^Environment="CF_HOME=\\(.*\\)"$/\\1/p' "$unit")
  env CF_HOME="$home" "$program" start > "$FAKE/output" 2>&1 &
  echo $! > "$FAKE/pid"
}
case "$command" in
  show)
    [ -f "$FAKE/enabled" ] && [ ! -f "$FAKE/switched-off" ] && echo UnitFileState=enabled || echo UnitFileState=disabled
    if [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; then echo ActiveState=active; echo "MainPID=$pid"
    else echo ActiveState=inactive; echo MainPID=0; fi ;;
  enable)
    [ -f "$FAKE/refuse" ] && { echo "Failed to enable unit: Access denied" >&2; exit 1; }
    touch "$FAKE/enabled"; rm -f "$FAKE/switched-off"
    [ "$2" = --now ] && start ;;
  disable) rm -f "$FAKE/enabled"; [ -n "$pid" ] && kill "$pid" 2>/dev/null; rm -f "$FAKE/pid" ;;
  start) start ;;
  stop) [ -n "$pid" ] && kill "$pid" 2>/dev/null ;;
esac
exit 0
`;

const loginctl = `#!/bin/sh
echo "loginctl $*" >> "$FAKE/calls"
[ -f "$FAKE/linger-off" ] && echo Linger=no || echo Linger=yes
`;

const launchctl = `#!/bin/sh
echo "launchctl $*" >> "$FAKE/calls"
[ -f "$FAKE/no-session" ] && { echo "Could not find domain" >&2; exit 125; }
case "$1" in
  print)
    case "$2" in
      gui/*/*) [ -f "$FAKE/loaded" ] || exit 113; printf '\\tstate = running\\n\\tpid = 4711\\n' ;;
    esac ;;
  bootstrap)
    [ -f "$FAKE/refuse" ] && { echo "Bootstrap failed: 5: Input/output error" >&2; exit 5; }
    [ -f "$3" ] || { echo "no such file" >&2; exit 78; }
    touch "$FAKE/loaded" ;;
  bootout) [ -f "$FAKE/loaded" ] || exit 3; rm -f "$FAKE/loaded" ;;
esac
exit 0
`;

export async function makeFakeManagers(root: string): Promise<FakeManagers> {
  const bin = join(root, "fake-bin");
  const folder = join(root, "fake-state");
  await mkdir(bin, { recursive: true });
  await mkdir(folder, { recursive: true });
  const programs = { systemctl, loginctl, launchctl };
  for (const [name, script] of Object.entries(programs)) {
    // The path is written into the script: the program under test decides about the environment.
    await writeFile(join(bin, name), script.replace("\n", `\nFAKE='${folder}'\n`), { mode: 0o755 });
  }
  const read = (name: string) => readFile(join(folder, name), "utf8").catch(() => "");
  return {
    bin,
    calls: async () => (await read("calls")).split("\n").filter((line) => line !== ""),
    set: (state) => writeFile(join(folder, state), ""),
    clear: (state) => rm(join(folder, state), { force: true }),
    async end() {
      const pid = Number(await read("pid"));
      if (pid <= 0) return;
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has ended by itself.
      }
    },
  };
}
