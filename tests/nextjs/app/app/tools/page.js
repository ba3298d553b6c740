"use client";

import { useEffect, useState } from "react";

export default function Tools() {
  const [answer, setAnswer] = useState("");
  useEffect(() => {
    const worker = new Worker(new URL("../../lib/worker.js", import.meta.url));
    worker.onmessage = (event) => setAnswer(event.data);
    worker.postMessage("start");
    return () => worker.terminate();
  }, []);
  return <p>{answer}</p>;
}
