import Panel from "../../components/panel";

export const dynamic = "force-dynamic";

/** What a server component hands to a client component is in the page. */
export default function Account() {
  const session = { user: { name: "Ada" }, api: { key: process.env.SUPABASE_SECRET_KEY } };
  return <Panel session={session} />;
}
