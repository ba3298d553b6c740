"use client";

import dynamic from "next/dynamic";
import { useState } from "react";

const Chart = dynamic(() => import("../../components/chart"), { ssr: false });

export default function Dashboard() {
  const [typed, setTyped] = useState("");
  if (typed !== process.env.NEXT_PUBLIC_ADMIN_PASSWORD) {
    return <input type="password" onChange={(event) => setTyped(event.target.value)} />;
  }
  return <Chart url={process.env.NEXT_PUBLIC_SUPABASE_URL} />;
}
