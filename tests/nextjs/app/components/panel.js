"use client";

export default function Panel({ session }) {
  return <button onClick={() => fetch("/api", { headers: { apikey: session.api.key } })}>{session.user.name}</button>;
}
