-- Insights can be limited to a label, and list the names of labels.
do $$
declare name text;
begin
  foreach name in array array['labels', 'post_labels'] loop
    execute format('create trigger %I after insert on %I referencing new table as touched for each statement execute function note_number_changes()',
      name || '_number_added', name);
    execute format('create trigger %I after update on %I referencing new table as touched for each statement execute function note_number_changes()',
      name || '_number_changed', name);
    execute format('create trigger %I after delete on %I referencing old table as touched for each statement execute function note_number_changes()',
      name || '_number_gone', name);
  end loop;
end $$;
