// Small Anthropic conversations, by the trouble that they make.

export const user = (content: unknown) => ({ role: "user", content });
export const assistant = (...content: unknown[]) => ({ role: "assistant", content });
export const system = (content: unknown) => ({ role: "system", content });
export const text = (words: string) => ({ type: "text", text: words });
export const call = (id: string, name = "Read", input: unknown = { path: id }) => ({
  type: "tool_use",
  id,
  name,
  input,
});
export const result = (id: string, content?: unknown, rest: object = {}) => ({
  type: "tool_result",
  tool_use_id: id,
  ...(content === undefined ? {} : { content }),
  ...rest,
});
export const png = {
  type: "image",
  source: { type: "base64", media_type: "image/png", data: "iVBORw0KGgo=" },
};
export const pdf = {
  type: "document",
  title: "Manual",
  source: { type: "base64", media_type: "application/pdf", data: "JVBERi0=" },
};
export const pngUrl = "data:image/png;base64,iVBORw0KGgo=";
export const pdfUrl = "data:application/pdf;base64,JVBERi0=";
