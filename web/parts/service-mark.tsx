// How a request was served, as a small shape with a name.
import type { Service } from "../../src/server/contract";

export const serviceWords: Record<Service, string> = {
  asked: "as asked",
  rotated: "rotated to another key",
  fell_back: "fell back to another model",
  failed: "failed",
  cancelled: "left by the client",
};

const shapes: Record<Service, string> = {
  asked: "M2.5 6.5 5 9l4.5-5.5",
  rotated: "M2 4h6.5L6.5 2M10 8H3.5l2 2",
  fell_back: "M6 2v7.5M3 7l3 3 3-3",
  failed: "m3 3 6 6m0-6-6 6",
  cancelled: "M3 6h6",
};

export function ServiceMark({ service }: { service: Service }) {
  return (
    <svg class={`service-mark service-${service}`} viewBox="0 0 12 12" role="img">
      <title>{serviceWords[service]}</title>
      <path d={shapes[service]} />
    </svg>
  );
}
