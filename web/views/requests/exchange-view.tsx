// The kept headers and bodies of a request, while capture is on.
import type { CapturedExchange } from "../../../src/server/contract";
import { CopyButton } from "../../parts/copy-button";

/** The headers that say something about limits, caching and who answered. */
const telling =
  /^(?:retry-after|anthropic-|x-ratelimit-|x-should-retry|request-id|x-request-id|cf-ray|content-type|x-cf-|openai-)/i;

export function ExchangeView({ exchange }: { exchange: CapturedExchange }) {
  return (
    <section aria-label="Kept exchange">
      <h3>Kept exchange</h3>
      {exchange.truncated ? <p class="quiet">Longer bodies are cut.</p> : null}
      <Part name="Request" headers={exchange.requestHeaders} body={exchange.requestBody} />
      <Part
        name={`Answer ${exchange.responseStatus ?? ""}`}
        headers={exchange.responseHeaders}
        body={exchange.responseBody}
      />
    </section>
  );
}

function Part({ name, headers, body }: { name: string; headers: [string, string][]; body: string }) {
  const text = [...headers]
    .sort(([one], [other]) => Number(telling.test(other)) - Number(telling.test(one)))
    .map(([header, value]) => `${header}: ${value}`)
    .join("\n");
  return (
    <details class="exchange-part">
      <summary>{name}</summary>
      <pre class="code-block">{text}</pre>
      <div class="code-with-copy">
        <pre class="code-block body">{indent(body)}</pre>
        <CopyButton text={body} what={`${name} body`} />
      </div>
    </details>
  );
}

function indent(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
