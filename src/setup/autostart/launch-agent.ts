// The text of the macOS launch agent, and what it runs.
import type { Service } from "./service";
import { escapeXml, unescapeXml } from "./xml";

/** Pure: the same service, the same text. launchd.plist(5). */
export function composeLaunchAgent({ name, executable, cfHome, outputFile }: Service): string {
  const environment =
    cfHome === null
      ? ""
      : `  <key>EnvironmentVariables</key>
  <dict>
    <key>CF_HOME</key>
    <string>${escapeXml(cfHome)}</string>
  </dict>
`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${escapeXml(name)}</string>
  <key>ProgramArguments</key>
  <array>
    <string>${escapeXml(executable)}</string>
    <string>start</string>
  </array>
${environment}  <key>RunAtLoad</key>
  <true/>
  <!-- Again after a failure only: what "cf stop" has stopped stays stopped. -->
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <!-- At most one start in 15 seconds: an invalid config must not become a crash loop. -->
  <key>ThrottleInterval</key>
  <integer>15</integer>
  <!-- Running streams have 30 seconds to end. -->
  <key>ExitTimeOut</key>
  <integer>45</integer>
  <!-- People wait for its answers: it is not to be slowed down as a background job. -->
  <key>ProcessType</key>
  <string>Interactive</string>
  <key>Umask</key>
  <integer>63</integer>
  <key>StandardOutPath</key>
  <string>${escapeXml(outputFile)}</string>
  <key>StandardErrorPath</key>
  <string>${escapeXml(outputFile)}</string>
</dict>
</plist>
`;
}

/** The program of a launch agent, also of one that was edited by hand; null if there is none. */
export function executableInLaunchAgent(text: string): string | null {
  const [, word] = /<key>ProgramArguments<\/key>\s*<array>\s*<string>([^<]*)<\/string>/.exec(text) ?? [];
  return word === undefined ? null : unescapeXml(word);
}
