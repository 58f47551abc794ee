// A change was made for a state of the config that is not the present one.
import { CfError } from "../errors";

export class StaleConfigError extends CfError {
  /** Of the file as it is now. */
  readonly hash: string;

  constructor(hash: string) {
    super("config_stale", "The config was changed by somebody else meanwhile.", {
      hint: "Look at it again, then make the change anew.",
    });
    this.hash = hash;
  }
}
