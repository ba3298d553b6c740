"use client";

export default function Failure({ reset }) {
  return <button onClick={reset}>Again</button>;
}
