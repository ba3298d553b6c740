import { Suspense } from "react";
import Row from "../../components/row";

export const dynamic = "force-dynamic";

async function Orders() {
  await new Promise((done) => setTimeout(done, 20));
  return <Row order={{ id: 7, mailer: process.env.MAIL_PASSWORD }} />;
}

/** Streamed: it comes after the rest of the page. */
export default function Page() {
  return (
    <Suspense fallback={<p>…</p>}>
      <Orders />
    </Suspense>
  );
}
