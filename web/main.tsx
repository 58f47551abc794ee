// Entry of the page: one `Page`, drawn once; from then on only what changes is touched.
import { render } from "preact";
import { Page, PageProvider } from "./page";
import { Shell } from "./shell";

const root = document.querySelector("#app");
if (root === null) throw new Error("index.html has no #app");
const page = new Page();
page.start();
render(
  <PageProvider value={page}>
    <Shell />
  </PageProvider>,
  root,
);
