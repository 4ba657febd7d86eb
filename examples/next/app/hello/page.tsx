import { auth } from "../../auth";

export default async function Hello() {
  const { session, csrfToken } = await auth.requirePage("/hello");
  return (
    <form method="post" action="/auth/logout">
      <p>Hello, {session.user.displayName}.</p>
      <input type="hidden" name="csrf" value={csrfToken} />
      <button type="submit">Sign out</button>
    </form>
  );
}
