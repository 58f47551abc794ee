// The attempts of a request in one line: `personal 429 → work 200`.
import type { AttemptRow, RequestRow } from "../../src/server/contract";
import { usePage } from "../page";
import { describeOwnAnswer } from "../requests/name-request";

export interface TrailStep {
  /** One, or all that rested. */
  keys: string[];
  /** Status, or a word where none came. */
  result: string;
  tone: "ok" | "failed" | "skipped";
  words: string;
  /** How many attempts in a row ended like this. */
  times: number;
}

const resultWords: Partial<Record<AttemptRow["reason"], string>> = {
  network: "no answer",
  aborted: "left",
  unsuitable: "unsuitable",
  overloaded: "overloaded",
};

/** One step for each key and result in a row; retries are counted, and keys that only rested are one step together. */
export function readTrail(attempts: readonly AttemptRow[]): TrailStep[] {
  const steps: TrailStep[] = [];
  const tried = new Set<string>();
  for (const attempt of attempts) {
    // That a key rests which has just failed says nothing new.
    if (attempt.skipped && tried.has(attempt.key)) continue;
    if (!attempt.skipped) tried.add(attempt.key);
    const step = readStep(attempt);
    const last = steps.at(-1);
    if (last === undefined || last.tone !== step.tone) steps.push(step);
    else if (step.tone === "skipped") join(last, step);
    else if (last.keys[0] === step.keys[0] && last.result === step.result) last.times += 1;
    else steps.push(step);
  }
  return steps;
}

function join(step: TrailStep, other: TrailStep): void {
  const [key = ""] = other.keys;
  if (!step.keys.includes(key)) step.keys.push(key);
  step.words += `\n${other.words}`;
}

function readStep({ key, status, reason, words, skipped }: AttemptRow): TrailStep {
  const keys = [key];
  if (skipped) return { keys, result: "resting", tone: "skipped", words: `${key}: ${words}`, times: 1 };
  const result = status === null ? (resultWords[reason] ?? reason.replaceAll("_", " ")) : String(status);
  return { keys, result, tone: reason === "ok" ? "ok" : "failed", words, times: 1 };
}

export function AttemptTrail({ row }: { row: RequestRow }) {
  const page = usePage();
  const labels = new Map(page.model.peek()?.keys.map((key) => [key.id, key.label]));
  // Where keys were asked, they say why it came to that.
  const own = row.attempts.length > 0 ? null : describeOwnAnswer(row, (key) => labels.get(key) ?? key);
  return (
    <span class="trail">
      {own === null ? null : <span title={own}>{own}</span>}
      {readTrail(row.attempts).map((step, index) => (
        <span key={index} class={`step ${step.tone}`} title={step.words}>
          {index > 0 ? <span class="arrow"> → </span> : null}
          <span class="who">
            {step.keys.length > 1 ? step.keys.length : (labels.get(step.keys[0] ?? "") ?? step.keys[0])}
          </span>{" "}
          <span class="result">
            {step.result}
            {step.times > 1 ? ` ×${step.times}` : ""}
          </span>
        </span>
      ))}
    </span>
  );
}
