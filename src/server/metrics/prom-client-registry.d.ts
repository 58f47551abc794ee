// prom-client declares its modules as one.
declare module "prom-client/lib/registry" {
  import type { Registry } from "prom-client";

  const constructor: typeof Registry;
  export default constructor;
}
