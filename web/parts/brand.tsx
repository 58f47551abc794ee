// The mark: a line that goes on below when the upper one ends.
export function Brand() {
  return (
    <>
      <svg viewBox="0 0 20 20" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2.2">
        <path d="M1.5 5.5h6c4 0 2 9 6 9h5" stroke-linecap="round" />
        <path d="M12.5 5.5h6" stroke-linecap="round" stroke-dasharray="0.1 3.6" />
      </svg>
      Claude Failover
    </>
  );
}
