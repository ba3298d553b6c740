"use client";

const { NEXT_PUBLIC_REPORT_SECRET } = process.env;

/** Names that are taken out of the whole are left as names. */
export default function Report({ id }) {
  const all = process.env;
  return (
    <p title={NEXT_PUBLIC_REPORT_SECRET}>
      Report {id} of {all.NEXT_PUBLIC_REPORT_TOKEN}
    </p>
  );
}
