// Names the header of `/health` that says which process answers: the `instance` of its run file.
export const instanceHeader = "x-cf-instance";
