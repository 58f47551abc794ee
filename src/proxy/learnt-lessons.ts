// What each OpenAI-compatible server has taught about its parameters, so that no request is refused twice for the same.
import { describeLesson, type Lesson } from "../translate/lessons";

/** One server and model, as `/health` shows it. */
export interface LearntReport {
  baseUrl: string;
  model: string;
  lessons: string[];
}

interface Learnt {
  baseUrl: string;
  model: string;
  lessons: Set<Lesson>;
}

/** Models come from clients: what is learnt of invented ones must not pile up. */
const capacity = 500;

export class LearntLessons {
  readonly #learnt = new Map<string, Learnt>();

  of(baseUrl: string, model: string): ReadonlySet<Lesson> {
    return this.#learnt.get(idOf(baseUrl, model))?.lessons ?? new Set();
  }

  add(baseUrl: string, model: string, lessons: readonly Lesson[]): void {
    const id = idOf(baseUrl, model);
    const known = this.#learnt.get(id) ?? { baseUrl, model, lessons: new Set<Lesson>() };
    for (const lesson of lessons) known.lessons.add(lesson);
    this.#learnt.set(id, known);
    const [oldest] = this.#learnt.keys();
    if (this.#learnt.size > capacity && oldest !== undefined) this.#learnt.delete(oldest);
  }

  report(): LearntReport[] {
    return [...this.#learnt.values()].map(({ baseUrl, model, lessons }) => {
      return { baseUrl, model, lessons: [...lessons].map(describeLesson) };
    });
  }
}

function idOf(baseUrl: string, model: string): string {
  return `${baseUrl} ${model}`;
}
