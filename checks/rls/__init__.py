"""RLS enabled on Supabase."""
