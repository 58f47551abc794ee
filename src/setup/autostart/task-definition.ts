// The definition of the Windows task that starts the proxy at logon, and what it runs.
import type { Service } from "./service";
import { escapeXml, unescapeXml } from "./xml";

/**
 * Pure: the same service and user, the same text. `user` is `DOMAIN\name`. Task Scheduler schema 1.2. The task starts the
 * proxy in the background and ends: a foreground process would keep a console window open.
 */
export function composeTask({ executable, cfHome }: Service, user: string): string {
  const action =
    cfHome === null
      ? `<Command>${escapeXml(executable)}</Command>
      <Arguments>start -d</Arguments>`
      : `<Command>cmd.exe</Command>
      <Arguments>${escapeXml(`/d /s /c "set "CF_HOME=${cfHome}"&& "${executable}" start -d"`)}</Arguments>`;
  return `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>Claude Failover, a local proxy in front of the Anthropic API</Description>
  </RegistrationInfo>
  <Triggers>
    <LogonTrigger>
      <Enabled>true</Enabled>
      <UserId>${escapeXml(user)}</UserId>
    </LogonTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>${escapeXml(user)}</UserId>
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <Hidden>true</Hidden>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <RestartOnFailure>
      <Interval>PT1M</Interval>
      <Count>3</Count>
    </RestartOnFailure>
  </Settings>
  <Actions Context="Author">
    <Exec>
      ${action}
    </Exec>
  </Actions>
</Task>
`;
}

/** The program of a task, also of one that was edited by hand; null if there is none. */
export function executableInTask(text: string): string | null {
  const command = /<Command>([^<]*)<\/Command>/.exec(text)?.[1];
  if (command === undefined) return null;
  if (!/(?:^|\\)cmd(?:\.exe)?$/i.test(command)) return unescapeXml(command);
  const inShell = /&&\s*"([^"]+)"/.exec(unescapeXml(/<Arguments>([^<]*)<\/Arguments>/.exec(text)?.[1] ?? ""));
  return inShell?.[1] ?? null;
}
