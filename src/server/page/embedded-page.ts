// The dashboard's page as the bundler embeds it into the binary; run from source it names the HTML file only.

// A static import: behind a dynamic one the compiled binary does not find its manifest (Bun 1.4.5).
import bundle from "../../../web/index.html";

export const embeddedPage = bundle;
