// Text inside XML.

const names: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => names[character] ?? character);
}

export function unescapeXml(text: string): string {
  return Object.entries(names)
    .toReversed()
    .reduce((rest, [character, name]) => rest.replaceAll(name, character), text);
}
