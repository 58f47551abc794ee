// What is wrong with the config, the ports or the keys, with the remedy; nothing where all is well.
import { usePage } from "../../page";
import { Notice } from "../../parts/notice";

export function Alerts() {
  const page = usePage();
  const configError = page.model.value?.configError ?? null;
  const profiles = page.model.value?.profiles ?? [];
  const warnings = page.model.value?.warnings ?? [];
  const capture = page.model.value?.capture;
  const closed = profiles.filter((profile) => profile.error !== null);
  // A closed port has a notice of its own.
  const others = warnings.filter((warning) => !/^port_|^config_error/.test(warning.code));
  if (configError === null && closed.length + others.length === 0 && !capture?.on) return null;
  return (
    <div class="alerts">
      {configError === null ? null : (
        <Notice severity="error" title="The config file has an error. The last good one stays in force.">
          <code>{configError.message}</code>
        </Notice>
      )}
      {closed.map((profile) => (
        <Notice
          key={profile.name}
          severity="error"
          title={`Profile ${profile.name} is not reachable on port ${profile.port}.`}
        >
          {profile.error}
        </Notice>
      ))}
      {others.map((warning) => (
        <Notice key={warning.code + warning.title} severity={warning.severity} title={warning.title}>
          {warning.remedy}
        </Notice>
      ))}
      {capture?.on ? (
        <Notice severity="warn" title="Bodies of requests are being kept for debugging.">
          In memory only, the last {capture.capacity}. They are gone when you switch it off or the proxy
          stops.
        </Notice>
      ) : null}
    </div>
  );
}
