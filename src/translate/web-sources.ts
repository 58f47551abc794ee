// Collects what an upstream says about its own web searches, and says it in the answer.
import type { WebSearchResult } from "./anthropic";
import { type JsonObject, readObjects, readString } from "./json-value";

export interface WebSearch {
  query: string;
  results: WebSearchResult[];
}

export class WebSources {
  #searches: WebSearch[] = [];
  readonly #cited = new Map<string, string>();

  /** A finished search. Whether its results are known or only the citations tell them, the server decides. */
  addSearch(query: string, urls: readonly string[]): void {
    this.#searches.push({ query, results: urls.map((url) => makeResult(url, url)) });
  }

  /** An annotation of either dialect; other kinds than a citation of a page say nothing to a client. */
  addAnnotation(annotation: JsonObject): void {
    if (annotation.type !== "url_citation") return;
    const [nested] = readObjects([annotation.url_citation]);
    const { url, title } = nested ?? annotation;
    if (typeof url !== "string" || this.#cited.has(url)) return;
    this.#cited.set(url, readString(title) ?? url);
  }

  /** Searches whose results are known, to be said at once. */
  takeComplete(): WebSearch[] {
    const complete = this.#searches.filter((search) => search.results.length > 0);
    this.#searches = this.#searches.filter((search) => search.results.length === 0);
    return complete;
  }

  /**
   * At the end of the answer: searches that tell no results get the pages that the text cites. Citations without a search are
   * left for the text itself; a search without a known page is not complete and is left out.
   */
  takeRest(): { searches: WebSearch[]; citations: { url: string; title: string }[] } {
    const citations = [...this.#cited].map(([url, title]) => ({ url, title }));
    const searches = citations.length === 0 ? [] : this.#searches;
    const last = searches.at(-1);
    if (last === undefined) return { searches: [], citations };
    last.results = citations.map(({ url, title }) => makeResult(url, title));
    return { searches, citations: [] };
  }
}

function makeResult(url: string, title: string): WebSearchResult {
  return { type: "web_search_result", url, title, encrypted_content: "", page_age: null };
}
