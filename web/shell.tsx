// The frame around every view: navigation, the state of the connection, shortcuts, toasts.
import { useComputed } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { isOut } from "./headline";
import { usePage } from "./page";
import { Brand } from "./parts/brand";
import { ConflictDialog } from "./parts/conflict-dialog";
import { Icon } from "./parts/icon";
import { LinkBanner } from "./parts/link-banner";
import { MoreSheet } from "./parts/more-sheet";
import { ShortcutHelp } from "./parts/shortcut-help";
import { ThemeButton } from "./parts/theme-button";
import { ToastList } from "./parts/toast-list";
import { ViewLink } from "./parts/view-link";
import { hrefOf, type ViewName, viewNames, viewTitles } from "./router";
import { FallbackView } from "./views/fallback-view";
import { KeysView } from "./views/keys-view";
import { LoginView } from "./views/login-view";
import { LogsView } from "./views/logs-view";
import { NowView } from "./views/now-view";
import { RequestsView } from "./views/requests-view";
import { SetupView } from "./views/setup-view";
import { UsageView } from "./views/usage-view";

const views: Record<ViewName, ComponentType> = {
  now: NowView,
  requests: RequestsView,
  keys: KeysView,
  fallback: FallbackView,
  usage: UsageView,
  setup: SetupView,
  logs: LogsView,
};

export function Shell() {
  const page = usePage();
  useShellShortcuts();
  if (page.link.value.state === "locked") return <LoginView />;
  return (
    <div class="shell">
      <a class="skip-link" href="#main">
        Skip to content
      </a>
      <TopBar />
      <SideBar />
      <LinkBanner />
      <Main />
      <BottomBar />
      {page.overlay.value === "shortcuts" ? <ShortcutHelp /> : null}
      {page.overlay.value === "more" ? <MoreSheet /> : null}
      <ConflictDialog />
      <ToastList />
    </div>
  );
}

function Main() {
  const { router } = usePage();
  const ref = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  const name = router.view.value;
  useEffect(() => {
    if (isFirst.current) {
      isFirst.current = false;
      return;
    }
    // A new view begins at its top, for eyes and for screen readers.
    window.scrollTo(0, 0);
    ref.current?.focus({ preventScroll: true });
  }, [name]);
  const View = views[name];
  return (
    <main id="main" ref={ref} tabIndex={-1} aria-label={viewTitles[name]}>
      <View key={name} />
    </main>
  );
}

function SideBar() {
  const page = usePage();
  const version = useComputed(() => page.model.value?.version ?? "");
  return (
    <div class="side-bar">
      <ViewLink view="now" class="brand">
        <Brand />
      </ViewLink>
      <nav aria-label="Views">
        <ul>
          {viewNames.map((name) => (
            <li key={name}>
              <NavLink name={name} />
            </li>
          ))}
        </ul>
      </nav>
      <div class="side-foot">
        <div class="row">
          <ThemeButton />
          <button
            type="button"
            class="button plain small"
            onClick={() => {
              page.overlay.value = "shortcuts";
            }}
          >
            <Icon name="help" />
            Shortcuts
          </button>
        </div>
        <span>version {version}</span>
      </div>
    </div>
  );
}

function NavLink({ name }: { name: ViewName }) {
  const page = usePage();
  return (
    <ViewLink view={name} current={page.router.view.value === name}>
      <Icon name={name} />
      {viewTitles[name]}
      {name === "keys" ? <OutCount /> : null}
    </ViewLink>
  );
}

function OutCount() {
  const page = usePage();
  const out = useComputed(() => page.model.value?.keys.filter(isOut).length ?? 0);
  return out.value === 0 ? null : <span class="count is-cooling">{out} out</span>;
}

function TopBar() {
  return (
    <header class="top-bar">
      <ViewLink view="now" class="brand">
        <Brand />
      </ViewLink>
      <ThemeButton />
    </header>
  );
}

const barViews: ViewName[] = ["now", "requests", "keys", "fallback"];

function BottomBar() {
  const page = usePage();
  const current = page.router.view.value;
  return (
    <nav class="bottom-bar" aria-label="Main views">
      {barViews.map((name) => (
        <ViewLink key={name} view={name} current={current === name}>
          <Icon name={name} />
          {viewTitles[name]}
        </ViewLink>
      ))}
      <button
        type="button"
        aria-current={barViews.includes(current) ? undefined : "page"}
        aria-haspopup="dialog"
        onClick={() => {
          page.overlay.value = "more";
        }}
      >
        <Icon name="more" />
        {barViews.includes(current) ? "More" : viewTitles[current]}
      </button>
    </nav>
  );
}

function useShellShortcuts(): void {
  const page = usePage();
  useEffect(() => {
    const open = (name: ViewName) => () => page.router.open(hrefOf(name));
    const letters: Record<ViewName, string> = {
      now: "n",
      requests: "r",
      keys: "k",
      fallback: "f",
      usage: "u",
      setup: "s",
      logs: "l",
    };
    return page.keyboard.add([
      ...viewNames.map((name) => ({ keys: `g ${letters[name]}`, words: viewTitles[name], run: open(name) })),
      {
        keys: "t",
        words: "Light, dark or the system's colours",
        run: () => page.toasts.show(`Colours: ${page.theme.cycle()}`),
      },
      {
        keys: "?",
        words: "This list",
        run: () => {
          page.overlay.value = "shortcuts";
        },
      },
    ]);
  }, [page]);
}
