// The text of the systemd user unit, and what it runs.
import type { Service } from "./service";

/** Pure: the same service, the same text. */
export function composeSystemdUnit({ executable, cfHome }: Service): string {
  return `[Unit]
Description=Claude Failover, a local proxy in front of the Anthropic API
# A crash loop ends after ten attempts within five minutes.
StartLimitIntervalSec=300
StartLimitBurst=10

[Service]
Type=exec
ExecStart=${quoteValue(executable)} start
${cfHome === null ? "" : `Environment=${quoteValue(`CF_HOME=${cfHome}`)}\n`}# What "cf stop" has stopped stays stopped; an invalid config (2) does not get better by trying again.
Restart=on-failure
RestartSec=5
RestartPreventExitStatus=2
# Running streams have 30 seconds to end.
TimeoutStopSec=45
UMask=0077

[Install]
WantedBy=default.target
`;
}

/** The program in a unit's ExecStart, also in one that was edited by hand; null if there is none. */
export function executableInUnit(text: string): string | null {
  const [, quoted, bare] = /^ExecStart=[-@:+!]*(?:"((?:[^"\\]|\\.)*)"|(\S+))/m.exec(text) ?? [];
  const word = quoted === undefined ? bare : quoted.replace(/\\(.)/g, "$1");
  return word?.replaceAll("%%", "%") ?? null;
}

/** systemd.service(5), systemd.exec(5): neither the program's path nor an environment has its variables expanded, but specifiers. */
function quoteValue(value: string): string {
  return `"${value.replace(/[\\"]/g, "\\$&").replaceAll("%", "%%")}"`;
}
